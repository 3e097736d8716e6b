"""Steering: what workers make, the département's dashboard, and documents whose every figure can be traced."""
