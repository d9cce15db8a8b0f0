"""Pure folds of the log into figures: no I/O and no clock; time comes in the events."""
