"""The geometry of editing: snapping, drawing, vertices, cutting, shared borders, tracing, topology.

Pure functions from shapes to shapes, in the project's CRS and metres, x east and y north. Nothing here knows the
window or the store; a shape given in is never changed, what comes out is new. What cannot be done is an
`InputRefused` that says why.
"""
