"""What takes the map's place for a while: welcome, signing in, import, a crash."""
