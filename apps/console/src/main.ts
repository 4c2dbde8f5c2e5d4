import { runService } from '#platform';
import { consoleService } from './console.module.js';

await runService(consoleService);
