"""What a person should look at before believing a score: leaks, copies, columns made of others."""
