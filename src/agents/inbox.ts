import { request } from 'node:http';

/** Where a worker's own programs tell the control room what happens. */
export interface Inbox {
  /** `http://127.0.0.1:<port>/hook` */
  readonly url: string;
  readonly token: string;
}

/** The inbox named by a worker's environment; null outside of workers. */
export function inboxOf(environment: Readonly<Record<string, string | undefined>>): Inbox | null {
  const { ORCH_HOOK_URL: url, ORCH_TOKEN: token } = environment;
  return url && token && URL.canParse(url) ? { url, token } : null;
}

/** An answer longer than this is none of ours. */
const answerBytes = 1024 * 1024;

/**
 * Posts JSON text and gives the answer's body.
 * @param timeout milliseconds until the answer is complete
 * @throws Error when there is no answer in time or it is not a success
 */
export function postToInbox(inbox: Inbox, json: string, timeout: number): Promise<string> {
  const body = Buffer.from(json);
  const headers = {
    authorization: `Bearer ${inbox.token}`,
    'content-type': 'application/json',
    'content-length': body.byteLength,
  };
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeout);
    const posted = request(inbox.url, { method: 'POST', headers, signal, agent: false }, (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        answer += chunk;
        if (answer.length > answerBytes) posted.destroy(new Error('the answer is too long'));
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(answer);
        else reject(new Error(`the inbox answered ${response.statusCode}`));
      });
    });
    posted.on('error', reject);
    posted.end(body);
  });
}
