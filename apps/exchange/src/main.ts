import { runService } from '#platform';
import { exchangeService } from './exchange.module.js';

await runService(exchangeService);
