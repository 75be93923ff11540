"""All blueprints of the HTTP interface."""

from __future__ import annotations

from server.api.accounts.session_routes import blueprint as sessions
from server.api.accounts.sign_in_routes import blueprint as sign_in
from server.api.accounts.user_routes import blueprint as users
from server.api.audit.routes import blueprint as audit
from server.api.compare.routes import blueprint as compare
from server.api.contributors.routes import blueprint as contributors
from server.api.docs.routes import blueprint as docs
from server.api.drawings.routes import blueprint as drawings
from server.api.gallery.routes import blueprint as gallery
from server.api.health.routes import blueprint as health
from server.api.maps.routes import blueprint as maps
from server.api.overview.routes import blueprint as overview
from server.api.own_data.routes import blueprint as own_data
from server.api.predictions.routes import blueprint as predictions
from server.api.review.routes import blueprint as review
from server.api.runs.routes import blueprint as runs
from server.api.schedule.routes import blueprint as schedule
from server.api.stats.routes import blueprint as stats
from server.api.transfers.routes import blueprint as transfers
from server.api.versions.routes import blueprint as versions
from server.api.webhooks.routes import blueprint as webhooks

BLUEPRINTS = (
    audit,
    compare,
    contributors,
    docs,
    drawings,
    gallery,
    health,
    maps,
    overview,
    own_data,
    predictions,
    review,
    runs,
    schedule,
    sessions,
    sign_in,
    stats,
    transfers,
    users,
    versions,
    webhooks,
)
