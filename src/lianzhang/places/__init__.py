"""Districts: location quotients, concentration, relatedness, complexity."""
