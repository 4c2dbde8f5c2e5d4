import { runService } from '#platform';
import { ledgerService } from './ledger.module.js';

await runService(ledgerService);
