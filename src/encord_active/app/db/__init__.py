"""Import names of Encord Active; the logic is in boxscore."""
