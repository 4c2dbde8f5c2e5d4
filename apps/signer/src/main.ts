import { runService } from '#platform';
import { signerService } from './signer.module.js';

await runService(signerService);
