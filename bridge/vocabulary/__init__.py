"""Token ids for chords, notes and controls, and the grammar of what a model may write next.

Shared by training and composing; needs numpy and nothing heavier.
"""
