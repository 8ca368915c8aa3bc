import { createAction } from '@syncline/functions';
import * as z from 'zod';

const NewIssue = z.object({ owner: z.string(), repo: z.string(), title: z.string() });
const Issue = z.object({ number: z.number(), title: z.string(), html_url: z.string() });

export default createAction({
    description: 'Creates an issue',
    input: NewIssue,
    output: Issue,
    exec: async (nango, { owner, repo, title }) => {
        const endpoint = `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(repo)}/issues`;
        const { data } = await nango.post<z.infer<typeof Issue>>({ endpoint, data: { title } });
        return { number: data.number, title: data.title, html_url: data.html_url };
    },
});
