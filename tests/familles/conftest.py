"""Properties are searched for without a stopwatch: the machine that runs them may be busy with other things."""

from hypothesis import HealthCheck, settings

settings.register_profile("sans_chronometre", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("sans_chronometre")
