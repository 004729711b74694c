"""Choosing a village: matching what is typed, by characters or pinyin, and the chooser itself."""
