/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/control-xml.h"

#define IN(name, type)          "<arg name='" name "' type='" type "' direction='in'/>"
#define OUT(name, type)         "<arg name='" name "' type='" type "' direction='out'/>"
#define METHOD(name, arguments) "<method name='" name "'>" arguments "</method>"

/* scenario: mixed, rocking, holds, saturation, get-up */
const char *const kn_sim_control_xml = "<node><interface name='org.knead.Sim1'>"
	/* the person */
	METHOD("StartSession", IN("address", "s") IN("seconds", "u") IN("scenario", "s"))
		METHOD("StopSession", IN("address", "s")) METHOD(
			"BankSession", IN("address", "s") IN("seconds", "u") IN("scenario", "s"))
	/* what is so */
	METHOD("Status", IN("address", "s") OUT("status", "a{sv}"))
		METHOD("Info", IN("address", "s") OUT("info", "ay"))
	/* every record body ever made, in the order it was banked, also overwritten ones and those of earlier logs */
	METHOD("DumpLog", IN("address", "s") OUT("records", "aay"))
	/* sealed frames in flash, oldest first */
	METHOD("DumpFlash", IN("address", "s") OUT("frames", "aay"))
		METHOD("ListDevices", OUT("addresses", "as"))
	/* faults of a device */
	METHOD("DropLive", IN("address", "s") IN("notifications", "u"))
		METHOD("HoldFetch", IN("address", "s") IN("is_held", "b"))
	/* mode: crc (in every transmission), undecodable (in flash) */
	METHOD("CorruptRecord", IN("address", "s") IN("seq", "t") IN("mode", "s"))
		METHOD("AppendRaw", IN("address", "s") IN("record", "ay") OUT("seq", "t"))
			METHOD("OverwriteOldest", IN("address", "s") IN("records", "t")) METHOD(
				"Format", IN("address", "s")) METHOD("Reboot", IN("address", "s"))
				METHOD("SetOwner", IN("address", "s") IN("hub_id", "t"))
					METHOD("Disconnect", IN("address", "s"))
						METHOD("Vanish", IN("address", "s"))
							METHOD("Return", IN("address", "s"))
	/* per_s: 0 ends it. how: header, length, crc. Both while Live is on */
	METHOD("Flood", IN("address", "s") IN("per_s", "u"))
		METHOD("SendMalformed", IN("address", "s") IN("notifications", "u") IN("how", "s"))
			METHOD("IgnoreClock", IN("address", "s") IN("is_ignored", "b"))
				METHOD("SetProtocol", IN("address", "s") IN("protocol", "u"))
	/* the massager forgets the machine it is paired with */
	METHOD("LoseBond", IN("address", "s"))
	/* INFO is so long, with zeros behind; 0 as it is */
	METHOD("SetInfoLength", IN("address", "s") IN("bytes", "u"))
	/* faults of bluetoothd and its adapter */
	METHOD("SetBluez", IN("is_running", "b")) METHOD("SetAdapter", IN("is_plugged", "b"))
		METHOD("MoveAdapter", IN("name", "s")) METHOD("SetPowered", IN("is_powered", "b"))
			METHOD("SetLinks", IN("n_links", "u"))
				METHOD("HideLimit", IN("is_hidden", "b"))
					METHOD("SetSpeed", IN("times", "u"))
	/* Discovering is true, and nothing is heard until its cure: scan (a StopDiscovery when there is no session), power (off), bluetoothd
	 * (gone), none; "" at once */
	METHOD("SetStranger", IN("is_there", "b")) METHOD("BondStranger", "")
		METHOD("SetSilent", IN("cure", "s"))
	/* method: of bluetoothd; PowerOn and PowerOff of its adapter, Set of any other property. UnknownObject of
	 * D-Bus takes the object away, too. count: 0 ends it */
	METHOD("FailNext", IN("method", "s") IN("error_name", "s") IN("message", "s")
				   IN("count", "u")) "</interface></node>";
