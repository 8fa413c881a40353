// In the place of what node-opcua's client loads and never needs here: keys in SSH's formats (sshpk), folders that are watched
// (chokidar), servers found by multicast (sterfive-bonjour-service). build.mjs puts it there: it is 0.5 MB less to load.

class LeftOut {
  constructor() {
    throw new Error('this part of node-opcua is left out of the bundle')
  }
}

export { LeftOut as Bonjour }
export default LeftOut
