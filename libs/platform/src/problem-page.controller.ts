import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Response } from 'express';
import { Public } from './access.js';
import { escaped, prose, sendPage, shown } from './page.js';
import { ProblemError } from './problem.js';
import { PROBLEMS } from './problem-table.js';
import type { ProblemCode } from './problem-table.js';
import { ACTS, PROBLEM_WORDS, problemExample } from './problem-words.js';

const isProblem = (slug: string): slug is ProblemCode => Object.hasOwn(PROBLEMS, slug);

/** HTML of what one problem means, in both languages. */
export const problemPage = (code: ProblemCode): string => {
  const { sv, en, cause, acts } = PROBLEMS[code];
  const [status, causeSv] = PROBLEM_WORDS[code];
  return (
    `<p><a href="/problems">/problems</a></p><h1><code>${code}</code> <small>${status}</small></h1>` +
    `<section lang="sv"><h2>${prose(sv)}</h2><p>Orsak: ${prose(causeSv)}</p><p>Vem som agerar: ${escaped(ACTS[acts].sv)}.</p></section>` +
    `<section lang="en"><h2>${prose(en)}</h2><p>Cause: ${prose(cause)}</p><p>Who acts: ${escaped(ACTS[acts].en)}.</p></section>` +
    `<section><h2><span lang="sv">Exempel</span> / Example</h2>${shown(problemExample(code))}</section>`
  );
};

const rows = (Object.keys(PROBLEMS) as ProblemCode[]).map((code) => {
  const { sv, en } = PROBLEMS[code];
  const [status] = PROBLEM_WORDS[code];
  return (
    `<tr><td><a href="/problems/${code}"><code>${code}</code></a></td><td>${status}</td>` +
    `<td lang="sv">${prose(sv)}</td><td>${prose(en)}</td></tr>`
  );
});
const INDEX =
  `<h1><span lang="sv">Avslag</span> / Problems</h1><table><thead><tr><th scope="col">code</th><th scope="col">status</th>` +
  `<th scope="col" lang="sv">svenska</th><th scope="col">English</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;

/** Where the `type` of a refusal leads: one stable page for each code (RFC 9457 section 3.1.1). */
@ApiExcludeController()
@Controller('problems')
export class ProblemPageController {
  @Get()
  @Public()
  index(@Res() response: Response): void {
    sendPage(response, 'Delge: problems', INDEX);
  }

  @Get(':slug')
  @Public()
  page(@Param('slug') slug: string, @Res() response: Response): void {
    if (!isProblem(slug)) throw new ProblemError('not-found', 404);
    sendPage(response, `Delge: ${slug}`, problemPage(slug));
  }
}
