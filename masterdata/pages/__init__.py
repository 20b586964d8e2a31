"""What the screens of every app share: who may open them, how lists sort, filter and export, how something is signed.

A layer of its own, since no app may import another's `web`.
"""
