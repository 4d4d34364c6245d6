# What machines and their host use, as counters that only grow: IROA takes rates from the difference between two reads.
#
# Raw counters by their classes, whose names are not translated. The formatted ones are computed by Windows from the same,
# over about a second: that says little about five minutes, and where the raw ones are missing they are missing, too.

function Raw($class, $counters) {
    $query = "SELECT Name,Timestamp_PerfTime,Frequency_PerfTime,$counters FROM Win32_PerfRawData_$class"
    return Get-CimInstance -Query $query
}

# The clock of counters of bytes: it counts from the host's start, and nobody can set it.
function Clocked($rows, $said) {
    $table = @{ ticks = $null; frequency = $null; rows = @($said) }
    if ($rows.Count) {
        $table.ticks = Number $rows[0].Timestamp_PerfTime
        $table.frequency = Number $rows[0].Frequency_PerfTime
    }
    return $table
}

# Machines as the provider of Hyper-V lists them: quicker than Get-VM, which asks about each.
Section 'instances' $true {
    $query = 'SELECT Name,ElementName,EnabledState,ReplicationMode,ProcessID FROM Msvm_ComputerSystem'
    foreach ($system in Get-CimInstance -Namespace root/virtualization/v2 -Query $query) {
        # The host is one of them, under its own name.
        if ($system.Name -match '^[0-9a-f-]{36}$') {
            @{
                id = Identifier $system.Name
                name = Text $system.ElementName
                state = Number $system.EnabledState
                replication = Number $system.ReplicationMode
                process = Number $system.ProcessID
            }
        }
    }
}

# The files behind disks: their counters are named by paths.
Section 'disk_files' $true {
    $query = 'SELECT InstanceID,HostResource FROM Msvm_StorageAllocationSettingData'
    foreach ($disk in Get-CimInstance -Namespace root/virtualization/v2 -Query $query) {
        # Microsoft:AA1F7C7E-...\83F8638B-...\0\0\D; a checkpoint's disks carry its own identifier.
        $machine = [regex]::Match([string]$disk.InstanceID, '^Microsoft:([0-9A-Fa-f-]{36})').Groups[1].Value
        foreach ($path in $disk.HostResource) {
            if ($machine -and $path) {
                @{
                    machine = Identifier $machine
                    path = Text $path
                }
            }
        }
    }
}

# Run time and base of each processor are in units of 100 ns. All processors have the same base.
Section 'logical_processors' $false {
    $count = 0
    $run = [long]0
    $base = $null
    foreach ($row in Raw 'HvStats_HyperVHypervisorLogicalProcessor' 'PercentTotalRunTime,PercentTotalRunTime_Base') {
        if ($row.Name -ne '_Total') {
            $count += 1
            $run += [long]$row.PercentTotalRunTime
            $base = Number $row.PercentTotalRunTime_Base
        }
    }
    @{
        count = $count
        run = $run
        base = $base
    }
}

Section 'virtual_processors' $true {
    $run = 'PercentTotalRunTime,PercentTotalRunTime_Base'
    $wait = 'CPUWaitTimePerDispatch,CPUWaitTimePerDispatch_Base'
    try {
        $rows = Raw 'HvStats_HyperVHypervisorVirtualProcessor' "$run,$wait"
    } catch {
        # Server 2012 R2 does not count waiting.
        $rows = Raw 'HvStats_HyperVHypervisorVirtualProcessor' $run
    }
    $machines = @{}
    foreach ($row in $rows) {
        # web1:Hv VP 0
        $name = ([string]$row.Name) -replace ':[^:]*$', ''
        if ($name -ne '_Total') {
            if (-not $machines.ContainsKey($name)) {
                $machines[$name] = @{
                    name = Text $name
                    count = 0
                    run = [long]0
                    base = $null
                    wait_ns = $null
                    dispatches = $null
                }
            }
            $machine = $machines[$name]
            $machine.count += 1
            $machine.run += [long]$row.PercentTotalRunTime
            $machine.base = Number $row.PercentTotalRunTime_Base
            if ($null -ne $row.CPUWaitTimePerDispatch_Base) {
                $machine.wait_ns += [long]$row.CPUWaitTimePerDispatch
                $machine.dispatches += [long]$row.CPUWaitTimePerDispatch_Base
            }
        }
    }
    foreach ($name in $machines.Keys) { $machines[$name] }
}

# Pressure is what a guest wants of memory against what it has, in percent.
Section 'dynamic_memory' $true {
    foreach ($row in Raw 'BalancerStats_HyperVDynamicMemoryVM' 'PhysicalMemory,AveragePressure') {
        @{
            name = Text $row.Name
            assigned_bytes = Number ([long]$row.PhysicalMemory * 1048576)
            pressure_percent = Number $row.AveragePressure
        }
    }
}

# Memory of all machines that run, in pages of 4 KiB.
Section 'partitions' $true {
    foreach ($row in Raw 'VidPerfProvider_HyperVVMVidPartition' 'PhysicalPagesAllocated') {
        @{
            name = Text $row.Name
            assigned_bytes = Number ([long]$row.PhysicalPagesAllocated * 4096)
        }
    }
}

Section 'network_devices' $false {
    $rows = @(Raw 'NvspNicStats_HyperVVirtualNetworkAdapter' 'BytesReceivedPersec,BytesSentPersec')
    $said = @(foreach ($row in $rows) {
        @{
            name = Text $row.Name
            received = Number $row.BytesReceivedPersec
            sent = Number $row.BytesSentPersec
        }
    })
    Clocked $rows $said
}

Section 'storage_devices' $false {
    $counters = 'ReadBytesPersec,WriteBytesPersec'
    try {
        $rows = @(Raw 'Counters_HyperVVirtualStorageDevice' $counters)
    } catch {
        # Its name on Server 2012 R2.
        $rows = @(Raw 'StorageStats_HyperVVirtualStorageDevice' $counters)
    }
    $said = @(foreach ($row in $rows) {
        @{
            name = Text $row.Name
            read = Number $row.ReadBytesPersec
            written = Number $row.WriteBytesPersec
        }
    })
    Clocked $rows $said
}
