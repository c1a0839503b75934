/* Sends one ICMPv6 echo request to an address (a "ping") and waits at most 5 s for its reply. Needs the right to use raw sockets. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DELAI_MS 5000
#define LG_DONNEES 32 /* carried by the request, and brought back by the reply */
#define LG_MESSAGE 256

struct requete {
    struct icmp6_hdr entete;
    char donnees[LG_DONNEES];
};

static int envoyerRequete(int descripteurSocket, const struct sockaddr_in6 *destinataire)
{
    struct requete requete = {.entete = {.icmp6_type = ICMP6_ECHO_REQUEST}};
    /* The identifier tells our replies from those to other programs. The kernel computes the checksum. */
    requete.entete.icmp6_id = htons((uint16_t)getpid());
    requete.entete.icmp6_seq = htons(1);
    memset(requete.donnees, 'a', sizeof(requete.donnees));

    ssize_t envoyes;
    do
        envoyes = sendto(descripteurSocket, &requete, sizeof(requete), 0, (const struct sockaddr *)destinataire,
                         sizeof(*destinataire));
    while (envoyes == -1 && errno == EINTR);
    if (envoyes == -1) {
        perror("sendto");
        return -1;
    }
    printf("Requête envoyée (%zd octets)\n", envoyes);
    return 0;
}

static long millisecondes(void)
{
    struct timespec maintenant;
    clock_gettime(CLOCK_MONOTONIC, &maintenant);
    return maintenant.tv_sec * 1000L + maintenant.tv_nsec / 1000000;
}

/* Waits until something can be read, or until this moment: 0, or -1 when it has passed. */
static int attendre(int descripteurSocket, long echeance)
{
    for (;;) {
        long reste = echeance - millisecondes();
        struct pollfd attente = {.fd = descripteurSocket, .events = POLLIN};
        int prets = poll(&attente, 1, reste > 0 ? (int)reste : 0);
        if (prets > 0)
            return 0;
        if (prets == 0) {
            fprintf(stderr, "Pas de réponse en %d s\n", DELAI_MS / 1000);
            return -1;
        }
        if (errno != EINTR) {
            perror("poll");
            return -1;
        }
    }
}

/* A raw socket gets a copy of every ICMPv6 message: our own request too, and the replies to other programs. */
static int estNotreReponse(const char *message, ssize_t taille)
{
    struct icmp6_hdr entete;
    if (taille < (ssize_t)sizeof(entete))
        return 0;
    memcpy(&entete, message, sizeof(entete));
    return entete.icmp6_type == ICMP6_ECHO_REPLY && entete.icmp6_id == htons((uint16_t)getpid());
}

static int recevoirReponse(int descripteurSocket)
{
    long echeance = millisecondes() + DELAI_MS;
    char message[LG_MESSAGE];
    while (attendre(descripteurSocket, echeance) == 0) {
        struct sockaddr_in6 expediteur;
        socklen_t longueur = sizeof(expediteur);
        ssize_t lus = recvfrom(descripteurSocket, message, sizeof(message), 0, (struct sockaddr *)&expediteur, &longueur);
        if (lus == -1 && errno != EINTR) {
            perror("recvfrom");
            return -1;
        }
        if (!estNotreReponse(message, lus))
            continue;
        char adresse[INET6_ADDRSTRLEN];
        inet_ntop(AF_INET6, &expediteur.sin6_addr, adresse, sizeof(adresse));
        printf("Réponse de %s (%zd octets)\n", adresse, lus);
        return 0;
    }
    return -1;
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "Usage : %s ADRESSE_IPV6\n", argv[0]);
        return EXIT_FAILURE;
    }
    struct sockaddr_in6 destinataire = {.sin6_family = AF_INET6}; /* ICMPv6 has no ports: sin6_port stays 0 */
    if (inet_pton(AF_INET6, argv[1], &destinataire.sin6_addr) != 1) {
        fprintf(stderr, "%s : ce n'est pas une adresse IPv6\n", argv[1]);
        return EXIT_FAILURE;
    }

    int descripteurSocket = socket(PF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
    if (descripteurSocket == -1) {
        perror("socket");
        return EXIT_FAILURE;
    }
    int etat = EXIT_FAILURE;
    if (envoyerRequete(descripteurSocket, &destinataire) == 0 && recevoirReponse(descripteurSocket) == 0)
        etat = EXIT_SUCCESS;
    close(descripteurSocket);
    return etat;
}
