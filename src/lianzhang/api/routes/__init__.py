"""Operations by word."""
