"""Training of the released models: corpus, decoder, training, export, evaluation.

Never imported by `bridge`.
"""
