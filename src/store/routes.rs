//! How partners' routes do and how far their lists were read, so that a process that starts anew goes on there.

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

    /// How far a queue of a partner was read, in the partner's own words.
    pub async fn cursor(&self, partner: &str, route: &str, queue: &str) -> Result<Option<String>> {
        let query = "SELECT after FROM cursor WHERE partner = ? AND route = ? AND queue = ?";
        Ok(sqlx::query_scalar(query)
            .bind(partner)
            .bind(route)
            .bind(queue)
            .fetch_optional(&self.pool)
            .await?)
    }

    /// Everything up to here is stored.
    pub async fn set_cursor(
        &self,
        partner: &str,
        route: &str,
        queue: &str,
        after: &str,
    ) -> Result<()> {
        let mut transaction = self.write().await?;
        sqlx::query(
            "INSERT INTO cursor (partner, route, queue, after) VALUES (?, ?, ?, ?)
             ON CONFLICT (partner, route, queue) DO UPDATE SET after = excluded.after",
        )
        .bind(partner)
        .bind(route)
        .bind(queue)
        .bind(after)
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
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
