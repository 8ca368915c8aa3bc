import { createSync } from 'nango';
import { Article } from '../models.js';

interface HelpArticle {
    number: number;
    title: string;
    path: string;
    body: string;
}

/** The next page's link stands in the body. What an earlier run saved and this one does not see is deleted at the end. */
const sync = createSync({
    description: 'The articles of the help centre',
    version: '1.0.0',
    frequency: 'every day',
    autoStart: true,
    models: { Article },

    exec: async (nango) => {
        const connection = await nango.getConnection();
        const site = String(connection.connection_config['site'] ?? 'https://help.example');
        const encoder = new TextEncoder();

        const pages = nango.paginate<HelpArticle>({
            endpoint: '/api/articles',
            params: { locale: 'en' },
            paginate: {
                type: 'link',
                link_path_in_response_body: 'links.next',
                response_path: 'articles'
            },
            retries: 3
        });
        for await (const page of pages) {
            const articles = page.map((article) => ({
                id: String(article.number),
                title: article.title,
                url: new URL(article.path, site).toString(),
                html: article.body,
                size: encoder.encode(article.body).length
            }));
            await nango.batchSave(articles, 'Article');
        }
        await nango.deleteRecordsFromPreviousExecutions('Article');
    }
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
