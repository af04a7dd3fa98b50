"""What referrals say, as data: sentences and names in Chinese and English, statutes by date, channels, slang."""
