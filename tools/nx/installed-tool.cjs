// Prints what this machine has of a language: an input of the target `toolchain`, which Nx reads by this command.
// Its arguments are the last ones: in the package, `node -e` has loaded it, and there is no name of a file before them.
const { loadBundle } = require('./bundle.cjs');

const { LocalTools } = loadBundle('tools');

const [language, folder] = process.argv.slice(-2);
new LocalTools(process.cwd()).find(language, folder).then((state) => console.log(JSON.stringify(state)));
