import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

/**
 * Preloaded into a service by `--profile`: the first SIGUSR2 begins a profile of its processor time, the second writes it, so that it shows the load and neither
 * start nor stop.
 */
const file = process.env['DELGE_PROFILE_FILE'];
if (file !== undefined) {
  const session = new Session();
  session.connect();
  let running = false;
  process.on('SIGUSR2', () => {
    running = !running;
    void (async () => {
      if (running) {
        await session.post('Profiler.enable');
        await session.post('Profiler.setSamplingInterval', { interval: 500 });
        await session.post('Profiler.start');
      } else {
        const { profile } = await session.post('Profiler.stop');
        writeFileSync(file, JSON.stringify(profile));
      }
    })();
  });
}
