import * as z from 'zod';

/** Prices are kept in the currency's smallest unit, as the shop sends them: no rounding on the way. */
export const Money = z.object({
    amount: z.number().int(),
    currency: z.string().length(3)
});

export const Product = z.object({
    id: z.string(),
    title: z.string(),
    price: Money,
    tags: z.array(z.string()),
    url: z.url(),
    updatedAt: z.iso.datetime()
});

export const OrderStatus = z.enum(['open', 'shipped', 'cancelled']);

export const Order = z.object({
    id: z.string(),
    customerId: z.string(),
    status: OrderStatus,
    trackingCode: z.string().optional(),
    lines: z.array(z.object({ sku: z.string(), quantity: z.number().int().positive() })),
    total: Money,
    updatedAt: z.iso.datetime()
});

export const Customer = z.object({
    id: z.string(),
    name: z.string(),
    email: z.email().nullable()
});

export const StockLevel = z.object({
    id: z.string(),
    sku: z.string(),
    warehouse: z.string(),
    quantity: z.number().int(),
    change: z.number().int()
});

export type Product = z.infer<typeof Product>;
export type Order = z.infer<typeof Order>;
export type Customer = z.infer<typeof Customer>;
export type StockLevel = z.infer<typeof StockLevel>;
