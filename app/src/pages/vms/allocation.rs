//! Reservations, limits and shares of a machine.

use leptos::prelude::*;
use model::{format, inventory::Allocation};

use crate::pages::object::{bytes, count, mhz};

#[component]
pub(super) fn AllocationTable(cpu: Allocation, memory: Allocation) -> impl IntoView {
    view! {
        <div class="table" tabindex="0" role="region" aria-label="Table: Reservations, limits and shares">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Resource"</th>
                        <th scope="col" class="num">
                            "Reservation"
                        </th>
                        <th scope="col" class="num">
                            "Limit"
                        </th>
                        <th scope="col" class="num">
                            "Shares"
                        </th>
                    </tr>
                </thead>
                <tbody>
                    {line("CPU", &cpu, mhz, format::mhz)}
                    {line("Memory", &memory, bytes, format::bytes)}
                </tbody>
            </table>
        </div>
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
