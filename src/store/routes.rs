//! How partners' routes do, so that a process that starts anew knows which of them rest.

use std::collections::BTreeMap;

use sqlx::Row;

use super::{Result, Store, from_json, to_json};
use crate::exchange::health::RouteHealth;

impl Store {
    /// Of every route that was ever in trouble, by partner and name.
    pub async fn route_health(&self) -> Result<BTreeMap<(String, String), RouteHealth>> {
        let rows = sqlx::query("SELECT partner, route, document FROM route_health")
            .fetch_all(&self.pool)
            .await?;
        rows.iter()
            .map(|row| Ok(((row.get(0), row.get(1)), from_json(row.get(2))?)))
            .collect()
    }

    pub async fn set_route_health(
        &self,
        partner: &str,
        route: &str,
        health: &RouteHealth,
    ) -> Result<()> {
        sqlx::query(
            "INSERT INTO route_health (partner, route, document) VALUES (?, ?, ?)
             ON CONFLICT (partner, route) DO UPDATE SET document = excluded.document",
        )
        .bind(partner)
        .bind(route)
        .bind(to_json(health)?)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
