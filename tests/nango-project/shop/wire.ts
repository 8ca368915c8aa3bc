/** What the shop's API sends, and how it becomes our models. Shared by syncs, actions and webhooks, so that all three agree. */
import type { Customer, Order, Product } from './models.js';

export interface ShopProduct {
    id: number;
    title: string;
    price_cents: number;
    currency: string;
    tags: string;
    handle: string;
    updated_at: string;
}

export interface ShopOrder {
    id: number;
    customer_id: number;
    status: 'open' | 'shipped' | 'cancelled';
    tracking_code: string | null;
    test: boolean;
    lines: { sku: string; quantity: number }[];
    total_cents: number;
    currency: string;
    updated_at: string;
}

export interface ShopCustomer {
    id: number;
    first_name: string;
    last_name: string;
    email: string | null;
}

export function toProduct(product: ShopProduct, storefront: string): Product {
    return {
        id: String(product.id),
        title: product.title.trim(),
        price: { amount: product.price_cents, currency: product.currency },
        tags: product.tags.split(',').map((tag) => tag.trim()).filter(Boolean),
        url: new URL(`/products/${encodeURIComponent(product.handle)}`, storefront).href,
        updatedAt: product.updated_at
    };
}

export function toOrder(order: ShopOrder): Order {
    return {
        id: String(order.id),
        customerId: String(order.customer_id),
        status: order.status,
        ...(order.tracking_code ? { trackingCode: order.tracking_code } : {}),
        lines: order.lines,
        total: { amount: order.total_cents, currency: order.currency },
        updatedAt: order.updated_at
    };
}

export function toCustomer(customer: ShopCustomer): Customer {
    return {
        id: String(customer.id),
        name: `${customer.first_name} ${customer.last_name}`.trim(),
        email: customer.email
    };
}
