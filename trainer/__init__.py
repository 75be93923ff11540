"""The process that trains: owns torch and the scheduler, and never imports Flask."""
