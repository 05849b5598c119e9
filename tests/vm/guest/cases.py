# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Each case is a sentence, and returns what it measured. They run in this order, on one machine."""
import bonds
import clocks
import faults
import others
import packages
import records
import strangers

FOUNDATION = [
    packages.the_packages_install_and_the_hub_starts,
    records.seven_massagers_are_paired_and_their_day_of_history_comes,
]
CASES = [
    *FOUNDATION,
    records.a_minute_of_seven_live_sessions_is_all_there_and_once,
    records.a_massager_in_a_hurry_shows_what_this_machine_carries,
    faults.a_hub_that_stands_still_for_ten_seconds_fetches_what_it_missed,
    records.a_week_of_history_of_one_massager_comes,
    faults.a_bluetoothd_that_is_killed_ten_times_costs_nothing,
    faults.a_bluetoothd_that_is_stopped_for_a_minute_is_waited_for,
    faults.a_bluetoothd_that_stands_still_for_a_minute_is_met_again,
    others.another_program_that_scans_does_not_keep_the_hub_from_its_links,
    others.another_program_that_connects_or_disconnects_costs_nothing,
    others.a_bond_that_another_program_ends_ends_the_tries,
    faults.an_adapter_that_is_switched_off_and_on_is_used_again,
    faults.controllers_that_all_go_and_come_back_are_used_again,
    faults.a_hub_that_is_killed_twenty_times_in_a_backfill_has_everything_once,
    records.a_massager_that_goes_in_mid_session_and_returns_has_one_whole_session,
    clocks.a_clock_that_is_set_is_noticed_at_once_and_moves_no_second,
    bonds.a_massager_that_lost_its_bond_is_said_to_need_pairing,
    bonds.an_unbonded_massager_is_never_connected_nor_recorded,
    bonds.a_massager_without_digits_is_paired_and_that_is_said,
    bonds.wrong_digits_do_not_pair_and_right_ones_do,
    bonds.both_show_the_same_digits,
    records.a_massager_is_checked_over_the_air,
    strangers.a_name_with_control_characters_reaches_no_terminal,
    strangers.nobody_else_reads_or_changes,
    strangers.the_sandbox_holds_and_nothing_was_killed_by_it,
    # from here on the hub has two
    records.two_adapters_of_the_hub_share_the_massagers,
    packages.an_upgrade_over_a_running_hub_keeps_everything,
    packages.a_purge_removes_what_it_says,
]
