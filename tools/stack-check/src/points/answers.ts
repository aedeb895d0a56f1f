import { problemTitle, type Answer } from '../http/answer.ts';
import { ask } from '../http/connection.ts';
import type { Points } from '../points.ts';
import type { Subject } from '../subject.ts';
import { expectedAnswers, type ExpectedAnswer } from './expected-answers.ts';

/** The services of every stack give the same answers: status and problem. */
export async function checkAnswers(subject: Subject, points: Points): Promise<void> {
  await subject.during(async (service) => {
    const wrong: string[] = [];
    for (const expected of expectedAnswers) {
      // A length that was chosen, or a transfer coding, replaces that of the body.
      const { method = 'GET', path, headers = {}, body = '' } = expected;
      const answer = await ask(service.port, path, { method, headers, body });
      const difference = subject.stack.hasOwnAnswers ? failureOf(answer) : differenceOf(expected, answer);
      if (difference !== '') wrong.push(`${describe(expected)} is answered with ${difference}`);
    }
    points.addNone(`${expectedAnswers.length} requests get the answers of every stack`, wrong);
    const other = await ask(service.port, '/greetings/Ada');
    points.add('others are answered afterwards', other?.status === 200);
    const broken = service.lines().filter((line) => !line.startsWith('{') || /"level":"(error|fatal)"/.test(line));
    points.addNone('none of them is logged as an error, or as what is no JSON', broken);
  });
}

/** @returns an answer that is the service's failure; '' when it is none. */
function failureOf(answer: Answer | undefined): string {
  if (!answer) return 'nothing';
  return answer.status >= 500 && answer.status !== 501 ? `${answer.status} ${answer.body.slice(0, 100)}` : '';
}

/** @returns what was answered instead; '' when it is as expected. */
function differenceOf({ method, status, title = '', text, allow }: ExpectedAnswer, answer: Answer | undefined): string {
  if (!answer) return 'nothing';
  const seen = `${answer.status} ${answer.headers.get('content-type') ?? ''} ${answer.body.slice(0, 100)}`.trim();
  const isProblem = status < 400 || method === 'HEAD' || problemTitle(answer) === title;
  const isText = text === undefined || (typeof text === 'string' ? answer.body.includes(text) : text.test(answer.body));
  const allowed = answer.headers.get('allow');
  if (allow !== undefined && allowed !== allow) return `${seen} and Allow: ${allowed}`;
  return answer.status === status && isProblem && isText ? '' : seen;
}

function describe({ method = 'GET', path, headers = {}, body = '' }: ExpectedAnswer): string {
  const short = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}… (${text.length})` : text);
  const type = headers['Content-Type'] ?? headers['Upgrade'];
  const sent = body === '' && type === undefined ? '' : ` with ${JSON.stringify(short(body))} as ${type ?? 'nothing'}`;
  return `${short(method)} ${short(path)}${sent}`;
}
