"""Pure rules of the edge: who may see and do what, and how a session resumes."""
