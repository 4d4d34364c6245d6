# Where files lie, and the failover cluster that the host belongs to.

# Volumes with a path of their own; Cluster Shared Volumes come with the cluster.
Section 'volumes' $true {
    $query = 'SELECT * FROM Win32_Volume WHERE DriveType=3'
    foreach ($volume in Get-CimInstance -Query $query) {
        $path = [string]$volume.Name
        if (($path -notlike '\\?\*') -and ($volume.FileSystem -ne 'CSVFS')) {
            @{
                id = Identifier $volume.DeviceID
                path = Text $path
                label = Text $volume.Label
                file_system = Text $volume.FileSystem
                size_bytes = Number $volume.Capacity
                free_bytes = Number $volume.FreeSpace
                boot = Flag $volume.BootVolume
            }
        }
    }
}

Section 'cluster' $false {
    if (-not $script:member) { return @{ member = $false } }
    $cluster = Get-Cluster
    $addresses = @{}
    $networks = @(foreach ($network in Get-ClusterNetwork) {
        # Those that clients may use, too.
        if ([int]$network.Role -eq 3) { [string]$network.Name }
    })
    foreach ($interface in Get-ClusterNetworkInterface) {
        $node = [string]$interface.Node
        if ($networks -contains [string]$interface.Network) {
            if (-not $addresses.ContainsKey($node)) { $addresses[$node] = @() }
            foreach ($address in (@($interface.IPv4Addresses) + @($interface.IPv6Addresses))) {
                if ($address) { $addresses[$node] += [string]$address }
            }
        }
    }
    $quorum = $null
    $witness = $null
    try {
        $found = Get-ClusterQuorum
        $quorum = [string]$found.QuorumType
        if ($found.QuorumResource) { $witness = [string]$found.QuorumResource.Name }
    } catch {
        Remember $_
    }
    @{
        member = $true
        id = Identifier $cluster.Id
        name = Text $cluster.Name
        domain = Text $cluster.Domain
        quorum = $quorum
        witness = $witness
        nodes = @(foreach ($node in Get-ClusterNode) {
            @{
                name = Text $node.Name
                state = Choice $node.State
                draining = Choice $node.DrainStatus
                addresses = @($addresses[[string]$node.Name] | Where-Object { $_ })
            }
        })
        # Hundreds of roles, which say nothing about loads.
        groups = @(if ($script:inventory) {
            foreach ($group in Get-ClusterGroup) {
                @{
                    id = Identifier $group.Id
                    name = Text $group.Name
                    kind = Choice $group.GroupType
                    state = Choice $group.State
                    owner = Text $group.OwnerNode
                }
            }
        })
    }
}

Section 'shared_volumes' $true {
    if (-not $script:member) { return }
    foreach ($volume in Get-ClusterSharedVolume) {
        foreach ($place in $volume.SharedVolumeInfo) {
            @{
                id = Identifier $volume.Id
                name = Text $volume.Name
                state = Choice $volume.State
                owner = Text $volume.OwnerNode
                path = Text $place.FriendlyVolumeName
                volume = Identifier $place.Partition.Name
                file_system = Text $place.Partition.FileSystem
                fault = Choice $place.FaultState
                maintenance = Flag $place.MaintenanceMode
                redirected = Flag $place.RedirectedAccess
                size_bytes = Number $place.Partition.Size
                free_bytes = Number $place.Partition.FreeSpace
            }
        }
    }
}
