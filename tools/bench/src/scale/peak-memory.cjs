// Required by every Node process of a command whose memory is measured: adds its peak to a file when it ends.
const { appendFileSync } = require('node:fs');

process.on('exit', () => {
  // Kilobytes.
  const { maxRSS } = process.resourceUsage();
  appendFileSync(process.env.POC_PEAK_MEMORY, `${maxRSS}\n`);
});
