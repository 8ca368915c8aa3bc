/** Linear's one endpoint. */
import type { NangoAction, NangoSync } from '@syncline/functions';

interface GraphqlError {
  message: string;
  extensions?: { code?: string };
}

interface Answer<T> {
  data?: T;
  errors?: GraphqlError[];
}

/** What is wrong with a query comes with the status 200 or 400; a spent limit too, with the code RATELIMITED where others answer 429. */
export async function query<T>(nango: NangoSync | NangoAction, text: string, variables: Record<string, unknown>): Promise<T> {
  let answer: Answer<T>;
  try {
    const response = await nango.post<Answer<T>>({ endpoint: '/graphql', data: { query: text, variables }, retries: 5 });
    answer = response.data;
  } catch (error: any) {
    if (!error.response?.data?.errors) {
      throw error;
    }
    answer = error.response.data;
  }
  const [error] = answer.errors ?? [];
  if (error || !answer.data) {
    throw new Error(`Linear refuses the query: ${error?.message ?? 'it gave no data'} (${error?.extensions?.code ?? 'no code'})`);
  }
  return answer.data;
}
