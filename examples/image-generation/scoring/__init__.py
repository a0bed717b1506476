"""What a score is compared with, and what is more than noise."""
