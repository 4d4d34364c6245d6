//! Reservations, limits and shares of a machine.

use leptos::prelude::*;
use model::{format, inventory::Allocation};

use crate::{
    components::{Head, PlainTable},
    pages::object::{bytes, count, mhz},
};

const HEADS: [Head; 4] =
    [Head::Text("Resource"), Head::Number("Reservation"), Head::Number("Limit"), Head::Number("Shares")];

#[component]
pub(super) fn AllocationTable(cpu: Allocation, memory: Allocation) -> impl IntoView {
    view! {
        <PlainTable caption="Reservations, limits and shares" heads=HEADS>
            {line("CPU", &cpu, mhz, format::mhz)}
            {line("Memory", &memory, bytes, format::bytes)}
        </PlainTable>
    }
}

fn line(
    label: &'static str,
    allocation: &Allocation,
    draw: fn(Option<i64>) -> AnyView,
    print: fn(i64) -> String,
) -> impl IntoView + use<> {
    let limit = allocation.limit.map_or_else(|| "None".to_owned(), print);
    view! {
        <tr>
            <th scope="row">{label}</th>
            <td class="num">{draw(allocation.reservation)}</td>
            <td class="num">{limit}</td>
            <td class="num">{count(allocation.shares)}</td>
        </tr>
    }
}
