// For mocha: where something went wrong is told in the sources. As an option of node, mocha would start another process for it.
process.setSourceMapsEnabled(true)
