import { runService } from '#platform';
import { registryService } from './registry.module.js';

await runService(registryService);
