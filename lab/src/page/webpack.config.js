// Argo CD's own configuration, without what only its developers need: source maps, limits on sizes,
// and a compiler that makes the page faster and the build slower.
process.env.NODE_ENV = 'production';
process.env.REACT_COMPILER = '0';
const theirs = require('./src/app/webpack.config.js');

module.exports = { ...theirs, devtool: false, performance: false };
