"""Speed, always as ratios between variants measured turn by turn in one run."""
