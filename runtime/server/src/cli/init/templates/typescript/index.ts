import './INTEGRATION/syncs/stars.js';
import './INTEGRATION/actions/create-issue.js';
