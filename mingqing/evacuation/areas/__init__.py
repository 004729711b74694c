"""How far shelters reach: ground within so many minutes, who lives beyond, and where one more would help most."""
