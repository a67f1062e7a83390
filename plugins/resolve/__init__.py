"""DaVinci Resolve: three scripts for its menu, what they share, and their tests."""
