import { createAction } from 'nango';
import { z } from 'zod3';

const Mapping = z.record(z.string());

/** Customers name their own fields. Which of theirs is which of ours is kept with the connection. */
const action = createAction({
    description: "Sets which of the customer's fields is which of ours",
    version: '1.0.0',
    input: z.object({ fields: Mapping, verbose: z.boolean().optional() }),
    output: z.object({ before: Mapping, after: Mapping }),

    exec: async (nango, input) => {
        nango.setLogger({ level: input.verbose ? 'debug' : 'warn' });

        const before = Mapping.parse(await nango.getFieldMapping());
        await nango.log('The mapping until now', before, { level: 'debug' });
        await nango.setFieldMapping({ ...before, ...input.fields });
        await nango.updateMetadata({ fieldMappingChanged: true });
        const after = Mapping.parse(await nango.getFieldMapping());

        const unknown = Object.keys(after).filter((name) => !['costCentre', 'project', 'reference'].includes(name));
        if (unknown.length > 0) {
            await nango.log(`Fields that invoices do not have: ${unknown.join(', ')}`, { level: 'warn' });
        }
        return { before, after };
    }
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
