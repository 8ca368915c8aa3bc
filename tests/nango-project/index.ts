// -- Integration: shop
import './shop/syncs/products.js';
import './shop/syncs/orders.js';
import './shop/syncs/customers.js';
import './shop/syncs/stock-levels.js';
import './shop/actions/create-order.js';
import './shop/actions/update-product.js';
import './shop/actions/list-warehouses.js';
import './shop/on-events/check-account.js';
import './shop/on-events/welcome.js';
import './shop/on-events/goodbye.js';

// -- Integration: helpdesk
import './helpdesk/syncs/tickets.js';
import './helpdesk/syncs/articles.js';
import './helpdesk/syncs/attachments.js';
import './helpdesk/actions/sign-upload.js';
import './helpdesk/actions/export-tickets.js';
import './helpdesk/actions/escalate-ticket.js';
import './helpdesk/actions/whoami.js';

// -- Integration: billing
import './billing/syncs/invoices.js';
import './billing/actions/customer-balance.js';
import './billing/actions/map-fields.js';
