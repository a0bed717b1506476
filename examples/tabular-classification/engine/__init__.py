"""What training and answering are made of: a session, its batches, steps, log and checkpoints."""
