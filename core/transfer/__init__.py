"""Drawings in and out.

formats     the file formats: reading, writing, recognising
selection   which drawings an export has
importing   an import from upload to end       storing    what it changes in the database
exporting   an export to a file or a pipe      progress   how far either is
jobs        state changes of imports and exports
uploads     files waiting to be imported
re_ink      the ink of stored drawings, made again by the current imaging
__main__    the process that the server starts for an import or an export
"""
