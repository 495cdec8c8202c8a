"""Molecules: SMILES or SDF, encoders side by side, a message-passing network, what it predicts."""
