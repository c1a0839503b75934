/* Exercice : serveur UDP qui répond. */
#include <arpa/inet.h>  /* htons, ntohs, inet_ntop */
#include <errno.h>      /* errno, EINTR */
#include <netinet/in.h> /* struct sockaddr_in, INADDR_ANY, IPPORT_USERRESERVED */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_MESSAGE 256

/* Affiche l'adresse et le port de l'émetteur, en chiffres. */
static void afficherEmetteur(const struct sockaddr_in *emetteur)
{
    char adresse[INET_ADDRSTRLEN];

    /* Étape 3 : inet_ntop pour l'adresse, ntohs pour le port, puis printf. */

    fprintf(stderr, "afficherEmetteur : à compléter (%zu et %zu octets)\n", sizeof(*emetteur), sizeof(adresse));
}

int main(void)
{
    struct sockaddr_in emetteur = {.sin_family = AF_INET};
    char message[LG_MESSAGE];

    /* Étape 1 : créer un socket UDP et l'attacher au port 5000 de INADDR_ANY. */

    /* Étape 2 : pour toujours, recevoir un datagramme et l'adresse de son émetteur (la longueur est à remettre chaque fois). */
    afficherEmetteur(&emetteur);

    /* Étape 4 : afficher le message et son nombre d'octets ; 0 octet est un datagramme aussi. */

    /* Étape 5 : répondre "ok\n" (3 octets) à cet émetteur, et afficher le nombre d'octets envoyés. */

    /* Étape 6 : que faire si sendto échoue ? si un signal interrompt recvfrom ? */

    fprintf(stderr, "serveur_udp_echange : à compléter (port %d, messages d'au plus %zu octets)\n", PORT, sizeof(message));
    return EXIT_FAILURE;
}
