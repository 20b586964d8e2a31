"""What scripts may ask of variances."""
